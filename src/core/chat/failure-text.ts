import { BillingError } from '../dodo/billing.ts';
import { ModelError } from '../model.ts';
import { ToldFailure } from './told-failure.ts';

/** The one place where a failure becomes a sentence for a member: what happened, what it cost, what to do next. */
export function failureText(error: unknown): string {
  if (error instanceof ToldFailure) return error.sentence;
  if (error instanceof BillingError) return billingText(error);
  if (error instanceof ModelError) return modelText(error);
  return 'Something went wrong on our side. Nothing was charged; please try again in a minute.';
}

function billingText(error: BillingError): string {
  switch (error.fault) {
    case 'rate_limited':
      return 'The payment service is busy. Nothing was charged; please try again in a minute.';
    case 'refused':
    case 'unauthorized':
    case 'conflict':
      return 'The payment service did not accept this. Nothing was charged; please tell whoever runs this bot.';
    case 'unavailable':
    case 'unanswered':
      return 'The payment service cannot be reached at the moment. Nothing was charged; please try again in a few minutes.';
  }
}

function modelText(error: ModelError): string {
  switch (error.fault) {
    case 'too_long':
      return 'The model says that this is too long for it; please shorten it.';
    case 'refused':
      return 'The model would not answer this; please ask in another way, or tell whoever runs this bot.';
    case 'unauthorized':
      return 'The model cannot be used at the moment; please tell whoever runs this bot.';
    case 'rate_limited':
      return 'The model is busy at the moment; please try again in a minute.';
    case 'unavailable':
      return 'The model did not answer; please try again in a minute.';
  }
}
