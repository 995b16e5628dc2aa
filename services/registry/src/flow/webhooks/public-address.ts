import { BlockList, isIP } from 'node:net';

/** Networks that no server of the internet is in (IANA's special-purpose registries): private, loopback, link-local, metadata, … */
const notPublic = new BlockList();
for (const network of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]) {
  add(network, 'ipv4');
}
// Of IPv6 only 2000::/3 is given out at all; what of it is not public is taken out here.
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');
for (const network of ['2001::/23', '2001:db8::/32', '3fff::/20']) add(network, 'ipv6');

/** Addresses that carry one of IPv4, and where in them: mapped, 6to4, NAT64. */
const carriers = [
  { network: '::ffff:0:0', bits: 96, group: 6 },
  { network: '2002::', bits: 16, group: 1 },
  { network: '64:ff9b::', bits: 96, group: 6 },
].map(({ network, bits, group }) => {
  const list = new BlockList();
  list.addSubnet(network, bits, 'ipv6');
  return { list, group };
});

function add(network: string, family: 'ipv4' | 'ipv6'): void {
  const [address = '', bits = ''] = network.split('/');
  notPublic.addSubnet(address, Number(bits), family);
}

/** Whether an address, not a name, is one that a webhook may reach. An address within another counts as itself. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !notPublic.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return false;
  for (const { list, group } of carriers) {
    if (list.check(address, 'ipv6')) return isPublicAddress(inner(address, group));
  }
  return global6.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
}

/** The IPv4 address in two groups of an IPv6 one. */
function inner(address: string, group: number): string {
  // The URL parser writes every IPv6 address in one way, without dots.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  const groups = [...left, ...zeros, ...right];
  const [high, low] = [group, group + 1].map((index) => Number.parseInt(groups[index] ?? '0', 16));
  return [(high ?? 0) >> 8, (high ?? 0) & 255, (low ?? 0) >> 8, (low ?? 0) & 255].join('.');
}
