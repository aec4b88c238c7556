-- Give words their place in the circle's one order and pass them on: one step.
-- KEYS  counter, channel        ARGV  event, payload, seconds to keep the counter,
--                               '1' for words, '0' for what takes no place in the order
-- Nothing but the counter is kept; the words are never part of a key or a value.
local seq = 0
if ARGV[4] == '1' then
  seq = redis.call('INCR', KEYS[1])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
else
  seq = tonumber(redis.call('GET', KEYS[1]) or 0)
end
redis.call('SPUBLISH', KEYS[2], 'w ' .. seq .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
return seq
