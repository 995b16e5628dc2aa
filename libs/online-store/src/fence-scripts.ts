/**
 * The two scripts that move or check a fence. A fence is one hash: `epoch` ("counter.nonce" of the owner), `next` (the
 * first offset that is not applied yet), `hash`, `partitions`, `extra`. The nonce tells two owners apart when Redis lost
 * a claim and gave the same counter out again.
 */

/** KEYS: fence. ARGV: nonce, recorded progress or ''. Returns {'lost'} or {'claimed', epoch, next, hash, partitions, extra}. */
export const CLAIM = `
local f = redis.call('HMGET', KEYS[1], 'epoch', 'next', 'hash', 'partitions', 'extra')
if not f[2] and ARGV[2] ~= '' then return {'lost'} end
local counter = 0
if f[1] then counter = tonumber(string.match(f[1], '^%d+')) end
local epoch = string.format('%d.%s', counter + 1, ARGV[1])
redis.call('HSET', KEYS[1], 'epoch', epoch)
return {'claimed', epoch, f[2], f[3], f[4], f[5]}
`;

/**
 * KEYS: fence, keys to set, keys to delete. ARGV: epoch, '1' when this owner has no acknowledged batch on a new fence,
 * from, to, hash, partitions, extra, number of values, values.
 * A lower or missing epoch means that Redis came back without our claim; a higher or equal one with another nonce is
 * another owner. A fence beyond the batch under our own epoch was moved by an earlier sending of the same batch.
 */
export const COMMIT = `
local f = redis.call('HMGET', KEYS[1], 'epoch', 'next')
if f[1] ~= ARGV[1] then
  if not f[1] then return 'behind' end
  local stored, mine = tonumber(string.match(f[1], '^%d+')), tonumber(string.match(ARGV[1], '^%d+'))
  if stored < mine then return 'behind' end
  return 'foreign-epoch'
end
if f[2] then
  local next = tonumber(f[2])
  local from = tonumber(ARGV[3])
  if next < from then return 'behind' end
  if next > from then
    if next >= tonumber(ARGV[4]) then return 'already' end
    return 'overlap'
  end
elseif ARGV[2] ~= '1' then
  return 'behind'
end
local sets = tonumber(ARGV[8])
local pairsToSet, n = {}, 0
for i = 1, sets do
  pairsToSet[n + 1] = KEYS[i + 1]
  pairsToSet[n + 2] = ARGV[i + 8]
  n = n + 2
  if n == 4000 then
    redis.call('MSET', unpack(pairsToSet, 1, n))
    n = 0
  end
end
if n > 0 then redis.call('MSET', unpack(pairsToSet, 1, n)) end
for i = sets + 2, #KEYS, 4000 do
  redis.call('UNLINK', unpack(KEYS, i, math.min(i + 3999, #KEYS)))
end
redis.call('HSET', KEYS[1], 'next', ARGV[4], 'hash', ARGV[5], 'partitions', ARGV[6], 'extra', ARGV[7])
return 'applied'
`;
