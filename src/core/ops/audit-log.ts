import { type AuditLine, readAudit } from './audit.ts';
import type { Op } from './op.ts';
import { limitOf, time } from './words.ts';

export const audit: Op = {
  name: 'audit',
  usage: '[--limit 20]',
  about: 'what operators have changed, newest first',
  changes: false,
  options: ['limit'],
  async run(deps, request) {
    const records = await readAudit(deps, limitOf(request));
    const lines = records.map(({ at, body }) => ({ at, ...(body as AuditLine) }));
    return {
      facts: { lines },
      lines:
        lines.length === 0
          ? ['Nothing was changed by an operator yet.']
          : lines.map(
              ({ at, by, command, on, facts }) => `${time(at)} ${by} ${command} ${on} ${JSON.stringify(facts)}`,
            ),
    };
  },
};
