import { plural } from '../../shared/domain/model/figures.ts';
import { iso } from '../../shared/domain/model/iso-time.ts';
import type { SnapshotOrigin } from '../../shared/domain/model/report.ts';
import { printable, wrapped } from './text.ts';

const SHOWN = 5;

/** What a report of the past was taken from, and what is not known of that time. */
export function snapshotLines(origin: SnapshotOrigin, width: number, indent: string): string[] {
  const { takenAt, heldUntil, thinned, passedOver, unread } = origin;
  const said = [`snapshot of ${iso(takenAt)}, ${heldText(takenAt, heldUntil)}`];
  if (thinned) said.push('later snapshots may have been thinned by age or cannot be read: it may have changed since');
  for (const { at, damage } of passedOver.slice(0, SHOWN)) said.push(`skipped: ${iso(at)}, damaged (${damage})`);
  if (passedOver.length > SHOWN) said.push(`and ${passedOver.length - SHOWN} more damaged ones skipped`);
  const doubted = unread.filter(({ kind }) => kind === 'mapping');
  const parts = unread.filter(({ kind }) => kind !== 'mapping');
  if (parts.length > 0) {
    const names = listed(parts.map(({ role, kind, name }) => `${role} ${kind} ${name}`.trim()));
    said.push(`${plural(parts.length, 'part')} not read at that time, shown as known before: ${names}`);
  }
  if (doubted.length > 0) {
    said.push(`the offset syncs were in doubt at that time of: ${listed(doubted.map(({ name }) => name))}`);
  }
  return said.flatMap((text) => wrapped(text, width, indent));
}

function listed(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return `${printable(names.slice(0, SHOWN).join(', '))}${more}`;
}

function heldText(takenAt: number, heldUntil: number): string {
  return heldUntil > takenAt ? `found unchanged until ${iso(heldUntil)}` : 'not seen again unchanged';
}
