-- Put a meeting in the place of the one that the writer saw, and announce it: one step.
-- KEYS  meeting, channel
-- ARGV  epoch and version of the old one ('' for none), epoch, version and state of the new one,
--       seconds to keep it; then by the connection: the reign, the one before it, and '1' where
--       this server is so young that what is absent may have been lost
-- Gives 1; 0 when somebody else was faster; -1 where what is here is not sure: its last changes
-- may be missing, and copies have to be put forward first (offer.lua). Knows no rules.
local was = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'reign', 'until')
if was[4] or (was[3] and was[3] == ARGV[8]) or (not was[1] and ARGV[9] == '1') then
  return -1
end
if (was[1] or '') ~= ARGV[1] or (was[2] or '') ~= ARGV[2] then
  return 0
end
if was[3] == ARGV[7] then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[3], 'version', ARGV[4], 'state', ARGV[5])
else
  redis.call('HSET', KEYS[1], 'epoch', ARGV[3], 'version', ARGV[4], 'state', ARGV[5],
    'reign', ARGV[7])
end
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('SPUBLISH', KEYS[2], 's ' .. ARGV[5])
return 1
