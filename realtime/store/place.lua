-- The place of the last words of a circle, by the counter and by what the asker remembers.
-- KEYS  counter        ARGV  the last place that the asker has heard of, seconds to keep it
local seq = tonumber(redis.call('GET', KEYS[1]) or 0)
if tonumber(ARGV[1]) > seq then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
  return tonumber(ARGV[1])
end
return seq
