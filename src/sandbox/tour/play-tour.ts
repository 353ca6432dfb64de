import type { Sandbox } from '../start-sandbox.ts';
import { createExpectations } from './expectations.ts';
import type { Narrator } from './narrator.ts';
import type { Stage } from './stage.ts';
import { proStory, starterStory } from './story.ts';

export interface TourResult {
  passed: number;
  /** Each says what was expected and what came; none when the tour went as it should. */
  differences: readonly string[];
}

export interface TourOptions {
  sandbox: Sandbox;
  narrator: Narrator;
  /** For how long anything is waited for, in real milliseconds; default 15 s. */
  patienceMs?: number;
}

/** Plays every story, also when one of them stops half-way. */
export async function playTour({ sandbox, narrator, patienceMs = 15_000 }: TourOptions): Promise<TourResult> {
  const expect = createExpectations(narrator);
  const stage: Stage = { sandbox, narrator, expect, patienceMs };
  const stories = [
    { name: 'Ana', platform: 'discord', play: starterStory },
    { name: 'Ben', platform: 'slack', play: starterStory },
    { name: 'Chen', platform: 'discord', play: proStory },
  ] as const;
  for (const { name, platform, play } of stories) {
    const person = sandbox.newPerson(platform, name);
    try {
      await play(stage, person);
    } catch (error) {
      const got = error instanceof Error ? error.message : String(error);
      expect.fail(`the story of ${name} on ${platform}`, 'it to go on', got);
    }
  }
  return { passed: expect.passed, differences: expect.differences };
}
