import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../shared/recorded/', import.meta.url));

/** Payloads of real traffic by the file that they stand in; `absent` says where they were looked for. */
export type Recorded = { status: 'absent'; message: string } | { status: 'ready'; read: (file: string) => Recording };

/** Payloads by name, and facts about them. */
export type Recording = Readonly<Record<string, unknown>>;

/** Finds the recorded payloads when they lie beside the repository. */
export function loadRecorded(): Recorded {
  if (!existsSync(FOLDER)) {
    return { status: 'absent', message: `${FOLDER} is not there: payloads are not held against recorded ones` };
  }
  return { status: 'ready', read: (file) => JSON.parse(readFileSync(`${FOLDER}${file}.json`, 'utf8')) };
}

/** The JSON types that stand at each path of some payloads; the elements of a list share the path `list[]`. */
export type Shape = ReadonlyMap<string, ReadonlySet<string>>;

export function shapeOf(payloads: readonly unknown[]): Shape {
  const shape = new Map<string, Set<string>>();
  function note(path: string, value: unknown): void {
    const types = shape.get(path) ?? new Set();
    shape.set(path, types.add(value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value));
    if (Array.isArray(value)) for (const element of value) note(`${path}[]`, element);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) if (inner !== undefined) note(join(path, name), inner);
    }
  }
  for (const payload of payloads) note('', payload);
  return shape;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** What differs. Paths inside of one that is named are not named again, nor what a list holds that is empty on one side. */
export interface Difference {
  /** The simulator sends it, no recording has it. */
  invented: string[];
  /** Recordings have it, the simulator does not send it. */
  missing: string[];
  /** Both have it, as something else. */
  otherwise: string[];
}

export function compareShapes(simulated: Shape, recorded: Shape): Difference {
  const only = (here: Shape, there: Shape) =>
    [...here.keys()].filter((path) => !path.endsWith('[]') && !there.has(path) && there.has(parentOf(path))).toSorted();
  const otherwise = [...simulated].flatMap(([path, types]) => {
    const real = recorded.get(path);
    const others = real === undefined ? [] : [...types].filter((type) => type !== 'null' && !real.has(type));
    // What was null whenever it was recorded tells nothing of its other type.
    return others.length === 0 || (real?.size === 1 && real.has('null'))
      ? []
      : [`${path}: ${others}, not ${[...(real ?? [])]}`];
  });
  return { invented: only(simulated, recorded), missing: only(recorded, simulated), otherwise: otherwise.toSorted() };
}

function parentOf(path: string): string {
  if (path.endsWith('[]')) return path.slice(0, -2);
  return path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
}
