import { parseArgs } from 'node:util';
import { examine } from './doctor/examine.ts';
import { countOf, reportFacts, reportLines } from './doctor/report.ts';

const USAGE = `Usage: npm run doctor [-- --json]

Looks at the configuration, the keys, what is set at Discord, Slack and Dodo, the store and the public address, and says
what is wrong and how to cure it. It changes nothing. It ends with 1 when there is an error, with 0 when there is none.
`;

/** @returns the exit code */
async function doctor(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const results = await examine(process.env);
  const text = values.json === true ? JSON.stringify(reportFacts(results), null, 2) : reportLines(results).join('\n');
  process.stdout.write(`${text}\n`);
  return countOf(results, 'error') === 0 ? 0 : 1;
}

try {
  process.exitCode = await doctor();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
