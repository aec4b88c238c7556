-- Which sound process serves a circle: take it, keep it, or let it go; one step.
-- KEYS  the circle's lease
-- ARGV  the process, 'take', 'keep' or 'drop', milliseconds that a lease lasts,
--       with 'take' a holder that is known to be no more ('' for none)
-- Gives who holds it now, '' for nobody. A lease that ran out goes to whoever is first.
local holder = redis.call('GET', KEYS[1]) or ''
local mine = holder == ARGV[1]
if ARGV[2] == 'drop' then
  if mine then
    redis.call('DEL', KEYS[1])
    return ''
  end
  return holder
end
if holder == '' or mine or (ARGV[2] == 'take' and holder == ARGV[4]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
  return ARGV[1]
end
return holder
