import type { Person } from '../../people/person.ts';
import { dmsOf, dmThat } from '../acts.ts';
import { lowBalancePercents } from '../reading.ts';
import type { Stage } from '../stage.ts';
import { spendTo } from './spending.ts';

/** Spends until the DM of a threshold comes. @param target tokens to spend down to; below the threshold */
export async function spendUntilTold(stage: Stage, person: Person, percent: number, target: number): Promise<void> {
  const { expect, narrator } = stage;
  const known = new Set(dmsOf(person).map(({ id }) => id));
  await spendTo(stage, person, target);
  const dm = await dmThat(stage, person, known, (candidate) => lowBalancePercents([candidate]).length > 0);
  narrator.shows(person, dm);
  expect.equal(`the DM is the one of ${percent}%`, lowBalancePercents([dm]).join(), String(percent));
  const [topUp] = dm.buttons;
  expect.equal('it has a button to top up', topUp?.label ?? null, 'Top up');
}

/** Each threshold was told once, in order. */
export function toldOnceEach(stage: Stage, person: Person, percents: readonly number[]): void {
  const told = lowBalancePercents(dmsOf(person)).join(', ');
  stage.expect.equal(`the low-balance DMs of ${person.name}, each once`, told, percents.join(', '));
}
