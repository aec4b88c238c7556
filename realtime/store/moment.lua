-- Microseconds since 1970 by the clock of the server that has this key: the same for everybody.
-- KEYS  any one of the circle's
local clock = redis.call('TIME')
return string.format('%.0f', tonumber(clock[1]) * 1000000 + tonumber(clock[2]))
