-- Which sound processes live, and how much each has to do. By this server's own clock.
-- KEYS  two sorted sets: by the time of the last beat, and by load
-- ARGV  seconds that a beat lasts, 'beat', 'gone' or 'who', the process, its load
-- Gives process and load in turn, the least loaded first.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
if ARGV[2] == 'beat' then
  redis.call('ZADD', KEYS[1], string.format('%.6f', now), ARGV[3])
  redis.call('ZADD', KEYS[2], ARGV[4], ARGV[3])
elseif ARGV[2] == 'gone' then
  redis.call('ZREM', KEYS[1], ARGV[3])
  redis.call('ZREM', KEYS[2], ARGV[3])
end
local stale = string.format('(%.6f', now - ARGV[1])
for _, process in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', stale)) do
  redis.call('ZREM', KEYS[1], process)
  redis.call('ZREM', KEYS[2], process)
end
return redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
