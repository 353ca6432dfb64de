import type { Config } from '../../config/config.ts';
import { failureText } from '../../core/chat/failure-text.ts';
import { ModelError, type ModelFault } from '../../core/model.ts';
import { knownModels, shutdownOf } from '../../core/models.ts';
import type { Clock } from '../../core/time.ts';
import { findModel } from '../../ports/openai/find-model.ts';
import { type Check, error, type Finding, warning } from './check.ts';

export interface ModelCheckOptions {
  openai: Config['openai'];
  apiKey: string;
  clock: Clock;
}

/** The key, the model, what the gate knows of it, and when it ends. */
export function modelCheck({ openai, apiKey, clock }: ModelCheckOptions): Check {
  const { model, baseUrl, modelRules } = openai;
  return {
    id: 'model',
    title: 'Model',
    needs: ['OPENAI_API_KEY', 'OPENAI_MODEL', 'OPENAI_BASE_URL', 'MODEL_TABLE'],
    async run() {
      const isKnown = modelRules[model] !== undefined || knownModels[model] !== undefined;
      return [...(isKnown ? [] : [tableFinding(model)]), ...(await askServer())];
    },
  };

  async function askServer(): Promise<Finding[]> {
    try {
      const found = await findModel({ apiKey, ...(baseUrl === null ? {} : { baseUrl }) }, model);
      if (found.kind === 'there') return endFindings(model, found.shutdownDate ?? shutdownOf(model), clock());
      return found.kind === 'absent' ? [absentFinding(model)] : [untoldFinding(model)];
    } catch (reason) {
      if (reason instanceof ModelError && reason.fault === 'unauthorized') return [keyFinding(reason)];
      throw reason;
    }
  }
}

/** An ask as its member sees it, in the words of the bot itself. */
function failedAsk(fault: ModelFault): string {
  return `every ask ends with "${failureText(new ModelError(fault, ''))}"`;
}

function keyFinding({ message }: ModelError): Finding {
  return error({
    about: 'OPENAI_API_KEY',
    expected: "a key that the model's server accepts",
    came: message,
    cure: 'Make one at https://platform.openai.com/api-keys (or where OPENAI_BASE_URL leads) and set OPENAI_API_KEY.',
    symptom: failedAsk('unauthorized'),
  });
}

function absentFinding(model: string): Finding {
  return error({
    about: 'OPENAI_MODEL',
    expected: 'a model that there is',
    came: `${model}, which the server does not have`,
    cure: 'Set OPENAI_MODEL to one that is listed at https://platform.openai.com/docs/models (or where OPENAI_BASE_URL leads) and open to your key.',
    symptom: failedAsk('refused'),
  });
}

function untoldFinding(model: string): Finding {
  return warning({
    about: 'OPENAI_MODEL',
    expected: `that the server of OPENAI_BASE_URL has ${model}`,
    came: 'an answer that does not tell',
    cure: 'Look the name up where that server lists its models.',
  });
}

function tableFinding(model: string): Finding {
  return warning({
    about: 'OPENAI_MODEL',
    expected: `a model whose limits are known (${Object.keys(knownModels).join(', ')}), or its line in MODEL_TABLE`,
    came: model,
    cure: `Set MODEL_TABLE={"${model}":{"contextTokens":…,"maxOutputTokens":…}}; until then small figures are used that any model can do.`,
    symptom: 'long questions are refused, and answers end early',
  });
}

/** @param end `YYYY-MM-DD` */
function endFindings(model: string, end: string | null, now: number): Finding[] {
  if (end === null) return [];
  const about = 'OPENAI_MODEL';
  const expected = 'a model that stays';
  const cure = 'Set OPENAI_MODEL to its successor, see https://platform.openai.com/docs/deprecations.';
  return now < Date.parse(end)
    ? [warning({ about, expected, came: `${model}, which ends on ${end}`, cure })]
    : [error({ about, expected, came: `${model}, which ended on ${end}`, cure, symptom: 'asks fail' })];
}
