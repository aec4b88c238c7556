-- Give words their place in the circle's one order and pass them on: one step.
-- KEYS  counter, channel        ARGV  event, payload, seconds to keep the counter,
--                               '1' for words, '0' for what takes no place in the order,
--                               the last place that whoever says it has heard of
-- Nothing but the counter is kept; the words are never part of a key or a value. A counter that
-- was lost goes on from what is remembered, so that no place is given twice.
local seq = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), tonumber(ARGV[5]))
if ARGV[4] == '1' then
  seq = seq + 1
  redis.call('SET', KEYS[1], string.format('%.0f', seq), 'EX', ARGV[3])
end
redis.call('SPUBLISH', KEYS[2], 'w ' .. string.format('%.0f', seq) .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
return seq
