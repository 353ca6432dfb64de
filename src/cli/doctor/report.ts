import type { Finding } from './check.ts';
import type { Result } from './run-checks.ts';

const SIGNS: Readonly<Record<Result['status'], string>> = { ok: '✓', warning: '!', error: '✗', skipped: '–' };

/** How many there are of a kind. */
export function countOf(results: readonly Result[], severity: Finding['severity']): number {
  return results.flatMap(({ findings }) => findings).filter((finding) => finding.severity === severity).length;
}

/** For people. */
export function reportLines(results: readonly Result[]): string[] {
  return [...results.flatMap(resultLines), '', summary(results)];
}

/** For programs. */
export function reportFacts(results: readonly Result[]): object {
  const errors = countOf(results, 'error');
  return { ok: errors === 0, errors, warnings: countOf(results, 'warning'), checks: results };
}

function resultLines({ status, title, reason, findings }: Result): string[] {
  const head = `${SIGNS[status]} ${title}${reason === undefined ? '' : ` (not looked at: ${reason})`}`;
  return [head, ...findings.flatMap(findingLines)];
}

function findingLines({ severity, about, expected, came, cure, symptom }: Finding): string[] {
  return [
    `    ${severity}: ${about}: expected ${expected}; came ${came}`,
    ...(symptom === undefined ? [] : [`      seen as: ${symptom}`]),
    `      cure: ${cure}`,
  ];
}

function summary(results: readonly Result[]): string {
  const [errors, warnings] = [countOf(results, 'error'), countOf(results, 'warning')];
  const skipped = results.filter(({ status }) => status === 'skipped').length;
  const rest = skipped === 0 ? '' : `, ${skipped} not looked at`;
  if (errors + warnings === 0) return `All is well${rest}.`;
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  return `${count(errors, 'error')}, ${count(warnings, 'warning')}${rest}.`;
}
