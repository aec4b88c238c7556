-- After a loss every process puts its copy of a meeting forward; the newest one is to be the
-- meeting again. From the first copy on, for a short while, nobody may change anything.
-- KEYS  meeting, channel
-- ARGV  epoch, version and state of the copy ('' for a process that has none), milliseconds that
--       the outage lasted for that process, milliseconds to wait for others, now in milliseconds
--       ('' for this server's own clock), seconds to keep it; then as in swap.lua
-- Gives {'kept'} where nothing was lost; {'wait'}; or, once others had the time to come,
--       {'newest', epoch, version, state, outage, the lowest epoch that may follow, which loss}.
local clock = redis.call('TIME')
local micros = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local now = tonumber(ARGV[6]) or micros / 1000

local function newer(epoch, version, than_epoch, than_version)
  epoch, than_epoch = tonumber(epoch), tonumber(than_epoch)
  return epoch > than_epoch or (epoch == than_epoch and tonumber(version) > tonumber(than_version))
end

local function note(epoch, version, state)
  redis.call('HSET', KEYS[1], 'new_epoch', epoch, 'new_version', version, 'new_state', state)
end

local was = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'state', 'reign', 'until')
local mine = ARGV[1] ~= ''
if not was[5] then
  local same = was[1] == ARGV[1] and was[2] == ARGV[2]
  local lost = was[1] and was[4] == ARGV[9]
  if mine then
    lost = lost or not was[1] or newer(ARGV[1], ARGV[2], was[1], was[2])
      or (same and was[3] ~= ARGV[3])
  end
  if not lost then
    return {'kept'}
  end
  -- What is here is one copy among the others.
  if was[1] then
    note(was[1], was[2], was[3])
  end
  redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ARGV[5]), 'outage', 0)
  redis.call('EXPIRE', KEYS[1], ARGV[7])
  -- Not everybody need have noticed that anything is missing.
  redis.call('SPUBLISH', KEYS[2], 'c')
end
local best = redis.call('HMGET', KEYS[1], 'new_epoch', 'new_version', 'until', 'outage')
if mine and (not best[1] or newer(ARGV[1], ARGV[2], best[1], best[2])) then
  note(ARGV[1], ARGV[2], ARGV[3])
end
if tonumber(ARGV[4]) > tonumber(best[4]) then
  redis.call('HSET', KEYS[1], 'outage', ARGV[4])
end
if now < tonumber(best[3]) then
  return {'wait'}
end
best = redis.call('HMGET', KEYS[1], 'new_epoch', 'new_version', 'new_state', 'outage')
local epoch = math.max(micros, tonumber(best[1]) + 1, tonumber(was[1] or 0) + 1)
return {'newest', best[1], best[2], best[3], best[4], string.format('%.0f', epoch),
  redis.call('HGET', KEYS[1], 'until')}
