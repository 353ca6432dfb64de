import { type Millis, SECOND } from '../../core/time.ts';
import { within } from '../../core/within.ts';
import { type Check, error, type Finding, Skipped } from './check.ts';

/** What came of a check. */
export interface Result {
  id: string;
  title: string;
  status: 'ok' | 'warning' | 'error' | 'skipped';
  /** Why it was skipped. */
  reason?: string;
  findings: readonly Finding[];
}

/** Longer than any call of the ports may take, so that a service that hangs is told of in the port's own words. */
const LONGEST: Millis = 25 * SECOND;

/**
 * Makes all checks at the same time.
 * @param unusable variables that have a problem: what needs them is skipped
 * @param secrets shown by no result, whatever a vendor's answer says
 */
export function runChecks(
  checks: readonly Check[],
  unusable: Pick<ReadonlySet<string>, 'has'>,
  secrets: readonly string[],
  longestMs: Millis = LONGEST,
): Promise<Result[]> {
  return Promise.all(
    checks.map(async (check) => {
      const { id, title } = check;
      const missing = check.needs.filter((name) => unusable.has(name));
      if (missing.length > 0) return skipped(check, `needs ${missing.join(', ')}`);
      try {
        const findings = await within(check.run(), longestMs);
        if (findings === 'late') return result(id, title, [late(title, longestMs)]);
        return result(
          id,
          title,
          findings.map((finding) => withoutSecrets(finding, secrets)),
        );
      } catch (thrown) {
        if (thrown instanceof Skipped) return skipped(check, thrown.message);
        return result(id, title, [withoutSecrets(failed(title, thrown), secrets)]);
      }
    }),
  );
}

function skipped({ id, title }: Check, reason: string): Result {
  return { id, title, status: 'skipped', reason, findings: [] };
}

function result(id: string, title: string, findings: readonly Finding[]): Result {
  const has = (severity: Finding['severity']) => findings.some((finding) => finding.severity === severity);
  return { id, title, status: has('error') ? 'error' : has('warning') ? 'warning' : 'ok', findings };
}

function late(title: string, longestMs: Millis): Finding {
  return error({
    about: title,
    expected: `an answer within ${longestMs / SECOND} s`,
    came: 'none',
    cure: 'Look whether the service is up and reached from here, and run this again.',
  });
}

function failed(title: string, thrown: unknown): Finding {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? `: ${thrown.cause.message}` : '';
  return error({
    about: title,
    expected: 'an answer that can be read',
    came: thrown instanceof Error ? `${thrown.message}${cause}` : String(thrown),
    cure: 'Look whether the service is up and reached from here, and run this again.',
  });
}

function withoutSecrets(finding: Finding, secrets: readonly string[]): Finding {
  const clean = (text: string) => secrets.reduce((left, secret) => left.replaceAll(secret, '[secret]'), text);
  return Object.fromEntries(Object.entries(finding).map(([name, text]) => [name, clean(text)])) as unknown as Finding;
}
