const hashSeed = 0x9747b28c;
const multiplier = 0x5bd1e995;

/** Murmur2 of the first `length` bytes as a signed 32-bit integer, exactly as Kafka's Java client computes it. */
export function murmur2(key: Buffer, length = key.length): number {
  const whole = length & ~3;
  let hash = hashSeed ^ length;
  for (let at = 0; at < whole; at += 4) {
    let word = key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24);
    word = Math.imul(word, multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  const rest = length & 3;
  if (rest === 3) hash ^= key[whole + 2]! << 16;
  if (rest >= 2) hash ^= key[whole + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ key[whole]!, multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

/** The partition a key belongs to: the default of Kafka's own clients, so that they and we agree. */
export function partitionOf(key: Buffer | string, partitions: number): number {
  return (hashOf(key) & 0x7fffffff) % partitions;
}

/** Where short text is encoded to be hashed. */
const scratch = Buffer.alloc(256);

function hashOf(key: Buffer | string): number {
  if (typeof key !== 'string') return murmur2(key);
  // No character takes more than three bytes a UTF-16 unit.
  if (key.length * 3 > scratch.length) return murmur2(Buffer.from(key));
  return murmur2(scratch, scratch.write(key, 0, 'utf8'));
}
