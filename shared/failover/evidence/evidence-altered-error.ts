import { TidemarkError } from '../../domain/model/errors.ts';

/** A file is not the evidence that Tidemark wrote: something in it was changed, or is missing. Exit code 3. */
export class EvidenceAlteredError extends TidemarkError {
  override readonly name = 'EvidenceAlteredError';

  constructor(how: string, options: { readonly cause?: unknown } = {}) {
    super('EVIDENCE_ALTERED', `the evidence cannot be relied on: ${how}`, {
      ...options,
      remedy:
        'Ask for the file again, where the run is kept: `tidemark failover evidence <id>` writes the same file every time.',
    });
  }
}
