-- Who is connected: drop what has not beaten, note or forget connections, give those that live.
-- KEYS  the circle's sorted set, by the time of the last beat
-- ARGV  now ('' for this server's own clock, the same for every process), seconds a beat lasts,
--       seconds to keep the set, 'here', 'gone' or 'who', then connections
local now = tonumber(ARGV[1])
if not now then
  local clock = redis.call('TIME')
  now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
end
for at = 5, #ARGV do
  if ARGV[4] == 'here' then
    redis.call('ZADD', KEYS[1], string.format('%.6f', now), ARGV[at])
  elseif ARGV[4] == 'gone' then
    redis.call('ZREM', KEYS[1], ARGV[at])
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. string.format('%.6f', now - ARGV[2]))
if ARGV[4] == 'here' then
  redis.call('EXPIRE', KEYS[1], ARGV[3])
end
return redis.call('ZRANGE', KEYS[1], 0, -1)
