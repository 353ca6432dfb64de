import { type Browser, chromium } from 'playwright-core';
import { installedProgram } from './installed-program.ts';

const CHROMIUM = { names: ['chromium', 'chromium-browser', 'google-chrome'], package: 'chromium' };

/** It talks to nobody but the page. */
const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * @param leftOut what is not run without one
 * @returns null when there is none and none is demanded, as `installedProgram` decides it
 */
export async function startChromium(leftOut: string): Promise<Browser | null> {
  const executablePath = installedProgram(CHROMIUM, leftOut);
  return executablePath === null ? null : chromium.launch({ executablePath, args: FLAGS });
}
