import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const text = readFileSync(new URL('../../docs/guarantees.md', import.meta.url), 'utf8');

/** Complaints about money and notices; the others are about how answers look and arrive. */
const COMPLAINTS = [...Array.from({ length: 16 }, (_, n) => n + 1), 20, 25];

/** @returns the file of a test as the document names it; null: there is none */
function fileOf(name: string): URL | null {
  const files = ['.test.ts', '.ts'].map((ending) => new URL(`../${name}${ending}`, import.meta.url));
  return files.find((file) => existsSync(file)) ?? null;
}

const namesIn = (line: string) =>
  [...line.matchAll(/`((?:unit|contract|e2e|chaos)\/[^`]+)`/g)].map(([, name = '']) => name);

describe('docs/guarantees.md', () => {
  it('names only tests that are there', () => {
    expect(namesIn(text).length).toBeGreaterThan(30);
    expect(namesIn(text).filter((name) => fileOf(name) === null)).toEqual([]);
  });

  it.each(COMPLAINTS)('names tests that are named after complaint %i', (number) => {
    const row = text.split('\n').find((line) => line.startsWith(`| ${number} |`)) ?? '';
    const isNamedAfter = new RegExp(`pains?(?: \\d+,)* ${number}\\b`);
    const names = namesIn(row);
    expect(names).not.toEqual([]);
    const others = names.filter((name) => !isNamedAfter.test(readFileSync(fileOf(name) ?? '', 'utf8')));
    expect(others).toEqual([]);
  });
});
