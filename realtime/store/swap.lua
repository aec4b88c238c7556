-- Put a meeting in the place of the one that the writer saw, and announce it: one step.
-- KEYS  meeting, channel, the set of open circles
-- ARGV  epoch and version of the old one ('' for none), epoch, version and state of the new one,
--       the circle, whether the new one is still open ('1'), seconds to keep it
-- Gives 1, or 0 when somebody else was faster. Knows no rules.
-- In a Redis Cluster the set of open circles lies in another slot than the rest: it then has to
-- become one set a slot. Everything else here shares the circle's slot.
local was = redis.call('HMGET', KEYS[1], 'epoch', 'version')
if (was[1] or '') ~= ARGV[1] or (was[2] or '') ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[3], 'version', ARGV[4], 'state', ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[8])
if ARGV[7] == '1' then
  redis.call('SADD', KEYS[3], ARGV[6])
else
  redis.call('SREM', KEYS[3], ARGV[6])
end
redis.call('SPUBLISH', KEYS[2], 's ' .. ARGV[5])
return 1
