/** What a model can take: tokens of prompt and answer together, and tokens of answer. */
export interface SimulatedModel {
  id: string;
  contextWindow: number;
  maxOutputTokens: number;
  /** Unix seconds. */
  created: number;
  /** `YYYY-MM-DD`, or null while none is announced. */
  shutdownDate: string | null;
}

/** The models offered when none are given; sizes as on https://platform.openai.com/docs/models */
export const DEFAULT_MODELS: readonly SimulatedModel[] = [
  {
    id: 'gpt-5.4-mini',
    contextWindow: 400_000,
    maxOutputTokens: 128_000,
    created: 1_773_705_600,
    shutdownDate: null,
  },
  {
    id: 'gpt-5-mini',
    contextWindow: 400_000,
    maxOutputTokens: 128_000,
    created: 1_754_524_800,
    shutdownDate: '2026-12-11',
  },
  {
    id: 'gpt-4.1-mini',
    contextWindow: 1_047_576,
    maxOutputTokens: 32_768,
    created: 1_744_588_800,
    shutdownDate: '2027-01-14',
  },
];

/** How many tokens a model reasons for when only the effort is given. The sizes are the simulator's own. */
export const REASONING_TOKENS = {
  none: 0,
  minimal: 0,
  low: 64,
  medium: 192,
  high: 448,
  xhigh: 1_024,
  max: 2_048,
} as const;
