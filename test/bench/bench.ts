import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PROFILES, profileText } from './measure/profile.ts';
import { isReached, sectionText } from './measure/report.ts';
import { SECTIONS } from './sections/all.ts';

const USAGE = `npm run bench -- [--only ${Object.keys(SECTIONS).join(',')}] [--quick] [--soak MINUTES] [--profile FOLDER]
Measures on this machine, prints tables and writes bench/results.json.
With --profile it shows where the processor time of each process went instead, and leaves the profiles in the folder:
being watched slows a process, so nothing is written to bench/results.json then.
`;

/** Where the figures of a run are kept. */
const RESULTS = 'bench/results.json';

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
  const machine = {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    at: new Date().toISOString(),
    quick: values.quick,
  };
  const profiles = values.profile === undefined ? null : resolve(values.profile);
  if (profiles !== null) {
    await mkdir(profiles, { recursive: true });
    process.env[PROFILES] = profiles;
  }
  const sections = [];
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
    const targets = section.targets.map((target) => ({ ...target, reached: isReached(target) }));
    sections.push({ name, ...section, targets });
  }
  if (profiles !== null) return;
  await mkdir('bench', { recursive: true });
  await writeFile(RESULTS, `${JSON.stringify({ machine, sections }, null, 2)}\n`);
  process.stdout.write(`${machine.cores} cores (${machine.processor}), Node ${machine.node}; written to ${RESULTS}\n`);
}

await bench();
