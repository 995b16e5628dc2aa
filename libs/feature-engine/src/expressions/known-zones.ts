/**
 * Zones by the names that IANA gives them today where ICU still lists an older one, and the zones without a place, which
 * it does not list at all.
 */
const unlisted = [
  'UTC',
  'GMT',
  'Etc/UTC',
  'Etc/GMT',
  'Africa/Asmara',
  'America/Argentina/Buenos_Aires',
  'America/Argentina/Catamarca',
  'America/Argentina/Cordoba',
  'America/Argentina/Jujuy',
  'America/Argentina/Mendoza',
  'America/Atikokan',
  'America/Indiana/Indianapolis',
  'America/Kentucky/Louisville',
  'America/Nuuk',
  'Asia/Ho_Chi_Minh',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Yangon',
  'Atlantic/Faroe',
  'Europe/Kyiv',
  'Pacific/Chuuk',
  'Pacific/Kanton',
  'Pacific/Pohnpei',
];

/** Zones that were made so lately that servers in use do not have them. */
const tooNew = new Set(['America/Coyhaique']);

/** Names that both Intl and ClickHouse take. ClickHouse minds the case and knows no offsets; Intl takes both. */
export const knownZones: ReadonlySet<string> = new Set(
  [...Intl.supportedValuesOf('timeZone'), ...unlisted].filter((zone) => !tooNew.has(zone)),
);
