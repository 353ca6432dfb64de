import { readFileSync } from 'node:fs';
import { type LoadOrder, load } from './http-load.ts';

/** The order comes as a file: it can be long. */
const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as LoadOrder;
process.stdout.write(`${JSON.stringify(await load(order))}\n`);
