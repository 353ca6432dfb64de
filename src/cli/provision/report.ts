import type { Difference } from '../../core/setup/compare.ts';
import type { Step } from '../../core/setup/provision.ts';

const OUTCOMES: Record<Step['outcome'], string> = {
  created: 'created ',
  same: 'is there',
  changed: 'changed ',
  differs: 'DIFFERS ',
};

/** @returns a step in lines, with what differs */
export function stepLines(step: Step): string[] {
  const lines = [`  ${OUTCOMES[step.outcome]}  ${step.title} (${step.id})`];
  if (step.outcome === 'changed') lines.push(...step.differences.flatMap(diffLines));
  if (step.outcome !== 'differs') return lines;
  lines.push(...step.differences.flatMap(diffLines));
  if (!step.isMarked) lines.push('      + marked as made by this program');
  const cures = new Set(step.differences.flatMap(({ cure }) => (cure === null ? [] : [cure])));
  return [...lines, ...[...cures].map((cure) => `      ${cure}`)];
}

function diffLines({ field, is, wanted }: Difference): string[] {
  return [`      - ${field}: ${is}`, `      + ${field}: ${wanted}`];
}

/** @returns what is to be done about differences that were left; none without any */
export function leftLines(steps: readonly Step[], apply: boolean): string[] {
  const left = steps.filter(({ outcome }) => outcome === 'differs').length;
  if (left === 0) return [];
  const which = left === 1 ? 'One thing at Dodo differs' : `${left} things at Dodo differ`;
  if (apply) return [`${which} from the catalogue and could not be changed: see above.`];
  return [
    `${which} from the catalogue and was left as it is. "npm run provision -- --apply" changes what Dodo lets be changed;`,
    'whether running subscriptions follow a changed product, Dodo does not say.',
  ];
}
