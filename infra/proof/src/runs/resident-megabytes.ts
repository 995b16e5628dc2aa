import type { ServiceProcess } from '@millrace/testing';

/** What the process holds of the machine's memory. */
export async function residentMegabytes({ url }: ServiceProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const bytes = /^process_resident_memory_bytes (\S+)/m.exec(text)?.[1];
  if (bytes === undefined) throw new Error(`${url}/metrics does not tell process_resident_memory_bytes`);
  return Math.round(Number(bytes) / 1e6);
}
