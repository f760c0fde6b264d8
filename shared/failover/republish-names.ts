import type { NamePair } from '../config/failover/failover-config.ts';
import type { Clock, NameSignal } from '../ports.ts';
import type { NameSideStore } from './name-side-store.ts';

export interface RepublishedNames {
  readonly names: ReadonlyMap<string, NamePair>;
  readonly sides: Pick<NameSideStore, 'wanted'>;
  readonly signal: NameSignal;
  readonly clock: Clock;
  /** Called with the reason if a name was not published. */
  readonly failed: (name: string, reason: string) => void;
}

/**
 * Publishes again to which record each name leads, so that its health check has new data every minute. What is not known is
 * not published: the health check then keeps its status, and the name stays where it leads. Never throws.
 */
export async function republishNames({ names, sides, signal, clock, failed }: RepublishedNames): Promise<void> {
  await Promise.all(
    [...names].map(async ([name, { primary, secondary }]) => {
      try {
        // Before the table is read: what a switch replaces meanwhile is then not newer than what the switch publishes.
        const at = clock.now();
        const side = await sides.wanted(name);
        // Nobody has switched it, or this table is another one than before. A 0 could take clients back to a dead cluster.
        if (side === null) return;
        if (side.cluster !== primary && side.cluster !== secondary) {
          return failed(name, `leads to ${side.cluster}, which is neither ${primary} nor ${secondary}`);
        }
        await signal.publish({ name, leadsToSecondary: side.cluster === secondary }, at);
      } catch (error) {
        failed(name, error instanceof Error ? error.message : String(error));
      }
    }),
  );
}
