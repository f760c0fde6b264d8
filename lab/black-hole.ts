import * as z from 'zod';
import type { ClusterAdmin } from './cluster-admin.ts';
import type { LabLink } from './link.ts';

/**
 * Makes all packets on a link vanish, as those to a lost Region: connections stay and are silent, and new ones get no
 * answer, not even a refusal. Linux only.
 * @param admin of any cluster of the lab: its agent holds the ports
 */
export async function openBlackHole(admin: ClusterAdmin, { proxies }: LabLink): Promise<void> {
  for (const proxy of proxies) {
    proxy.deafen();
    await admin.call('openBlackHole', { host: proxy.host, port: proxy.port }, z.boolean());
  }
}

/** Ends it. Connections from before are reset, so that nothing arrives late, and the link works again. */
export async function closeBlackHole(admin: ClusterAdmin, link: LabLink): Promise<void> {
  link.reset();
  for (const { host, port } of link.proxies) await admin.call('closeBlackHole', { host, port }, z.boolean());
  await link.heal();
}
