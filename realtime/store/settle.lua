-- The newest copy, in a new epoch, is the meeting again; announced in the same step. Only the
-- first who says so is believed, and only where no newer copy came meanwhile.
-- KEYS  meeting, channel
-- ARGV  which loss, epoch and version of the copy; epoch, version and state of the meeting that it
--       becomes; seconds to keep it; then as in swap.lua
-- Gives 1, or 0.
local best = redis.call('HMGET', KEYS[1], 'until', 'new_epoch', 'new_version')
if best[1] ~= ARGV[1] or best[2] ~= ARGV[2] or best[3] ~= ARGV[3] then
  return 0
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'epoch', ARGV[4], 'version', ARGV[5], 'state', ARGV[6],
  'reign', ARGV[8])
redis.call('EXPIRE', KEYS[1], ARGV[7])
redis.call('SPUBLISH', KEYS[2], 's ' .. ARGV[6])
return 1
