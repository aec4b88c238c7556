-- Which circles have a meeting under way, and when a process last attended to each: note that one
-- does, and give those to which nobody did of late. Whoever asks attends to these from now on.
-- KEYS  the sorted set of all, by that time
-- ARGV  now ('' for this server's own clock, the same for every process), seconds for which one
--       note is good, how many to give at most (0: none), seconds to keep the set; then circles
-- Only a hint: it lies elsewhere in a cluster than the meetings.
local now = tonumber(ARGV[1])
if not now then
  local clock = redis.call('TIME')
  now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
end
local stamp = string.format('%.3f', now)
for at = 5, #ARGV do
  redis.call('ZADD', KEYS[1], stamp, ARGV[at])
end
local before = '(' .. string.format('%.3f', now - ARGV[2])
local left = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', before, 'LIMIT', 0, ARGV[3])
if #left == 0 then
  -- Noted at a time that is still to come: the clock was set back since.
  local after = '(' .. string.format('%.3f', now + ARGV[2])
  left = redis.call('ZRANGEBYSCORE', KEYS[1], after, '+inf', 'LIMIT', 0, ARGV[3])
end
for _, circle in ipairs(left) do
  redis.call('ZADD', KEYS[1], stamp, circle)
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
return left
