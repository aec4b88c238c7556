-- Who is connected: drop what has not beaten, note or forget connections, give those that live;
-- to 'who' each with the seconds for which its last beat still holds.
-- KEYS  the circle's sorted set, by the time of the last beat
-- ARGV  now ('' for this server's own clock, the same for every process), seconds a beat lasts,
--       seconds without any beat that can only be a clock that was set, seconds to keep the set,
--       'here', 'beat' (the same without an answer), 'gone' or 'who', then connections
local now = tonumber(ARGV[1])
if not now then
  local clock = redis.call('TIME')
  now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
end
-- Somebody beats every few seconds. Where the newest beat is far from now, either way, the clock
-- was set: time goes on from that beat, so that nobody is gone for it, and nobody stays for it.
local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
local off = newest[2] and now - tonumber(newest[2]) or 0
if off < -1 or off > tonumber(ARGV[3]) then
  local all = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
  for at = 1, #all, 2 do
    redis.call('ZADD', KEYS[1], string.format('%.6f', all[at + 1] + off), all[at])
  end
end
local coming = ARGV[5] == 'here' or ARGV[5] == 'beat'
local stamp = string.format('%.6f', now)
for at = 6, #ARGV do
  if coming then
    redis.call('ZADD', KEYS[1], stamp, ARGV[at])
  elseif ARGV[5] == 'gone' then
    redis.call('ZREM', KEYS[1], ARGV[at])
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. string.format('%.6f', now - ARGV[2]))
if coming then
  redis.call('EXPIRE', KEYS[1], ARGV[4])
end
if ARGV[5] == 'beat' then
  return {}
end
if ARGV[5] ~= 'who' then
  return redis.call('ZRANGE', KEYS[1], 0, -1)
end
local living = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for at = 2, #living, 2 do
  living[at] = string.format('%.3f', living[at] + ARGV[2] - now)
end
return living
