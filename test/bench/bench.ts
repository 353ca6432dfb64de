import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PROFILES, profileText } from './measure/profile.ts';
import { sectionText } from './measure/report.ts';
import { keepResults, machineOf, RESULTS } from './measure/results.ts';
import { SECTIONS } from './sections/all.ts';

const USAGE = `npm run bench -- [--only ${Object.keys(SECTIONS).join(',')}] [--quick] [--soak MINUTES] [--profile FOLDER]
Measures on this machine, prints tables and keeps the figures in ${RESULTS}, those of other sections as they were.
With --profile it shows where the processor time of each process went instead, and leaves the profiles in the folder:
being watched slows a process, so no figures are kept then.
`;

async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      soak: { type: 'string', default: '10' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const names = values.only?.split(',') ?? Object.keys(SECTIONS);
  const profiles = values.profile === undefined ? null : resolve(values.profile);
  if (profiles !== null) {
    await mkdir(profiles, { recursive: true });
    process.env[PROFILES] = profiles;
  }
  for (const name of names) {
    const measure = SECTIONS[name];
    if (measure === undefined) throw new Error(`expected ${Object.keys(SECTIONS).join(', ')}, got ${name}\n${USAGE}`);
    const before = profiles === null ? [] : await readdir(profiles);
    const section = await measure({ isQuick: values.quick, soakMinutes: Number(values.soak) });
    process.stdout.write(`${sectionText(section)}\n`);
    if (profiles !== null) {
      const fresh = (await readdir(profiles)).filter((file) => !before.includes(file));
      for (const file of fresh) process.stdout.write(`${await profileText(profiles, file)}\n`);
      continue;
    }
    await keepResults(name, section, values.quick);
  }
  const { cores, processor, node } = machineOf(values.quick);
  process.stdout.write(
    `${cores} cores (${processor}), Node ${node}${profiles === null ? `; kept in ${RESULTS}` : ''}\n`,
  );
}

await bench();
