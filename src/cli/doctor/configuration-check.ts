import type { ReadConfiguration } from '../../config/read-configuration.ts';
import { type Check, error, type Finding } from './check.ts';

/** Every problem at once, as the bot would list them at its start. */
export function configurationCheck({ problems }: Pick<ReadConfiguration, 'problems'>): Check {
  return { id: 'configuration', title: 'Configuration', needs: [], run: async () => problems.map(toFinding) };
}

/** A problem is told as `where: what`, and what is told in one of a few ways. */
function toFinding(problem: string): Finding {
  const end = problem.indexOf(': ');
  const about = problem.slice(0, Math.max(0, end));
  const what = problem.slice(end + 2);
  const isFile = !/^[A-Z_]+( or [A-Z_]+)*$/.test(about) || about === 'CATALOGUE_PATH';
  const cure = isFile
    ? 'Correct the catalogue file; docs/catalogue.md says what stands in it.'
    : `Set ${about} in .env; .env.example says what it is for.`;
  const missing = /^is missing(?: \((.*)\))?$/s.exec(what);
  if (missing !== null) {
    return error({
      about,
      expected: `a value${missing[1] === undefined ? '' : ` (${missing[1]})`}`,
      came: 'none',
      cure,
    });
  }
  const misspelt = /^is not a variable of this program; expected (.*)$/s.exec(what);
  if (misspelt !== null) {
    const [, meant = ''] = misspelt;
    return error({ about, expected: meant, came: 'a name of no meaning here', cure: `Write ${meant} instead.` });
  }
  const [, expected = 'a set-up that the bot can run with', came = what] =
    /(?:^|: )expected (.*?)(?:, got (.*))?$/s.exec(what) ?? [];
  const isPlain = what.startsWith('expected ') && came === what;
  return error({ about, expected, came: isPlain ? 'something else' : came, cure });
}
