import { meaningOf } from '../../decision/intervention';
import { patienceWith } from '../../decision/patience';
import {
  deactivatePermission,
  finishPermission,
  postPermission,
  rollbackPermission,
  settlePermission,
  whyNotPosted,
} from '../../decision/permission';
import { tick } from '../../decision/progress-clock';
import { proofOf } from '../../decision/proof';
import { baseOfAdopted, hasVersions, ownershipOf, wasUndone } from '../../decision/round';
import { roundStep } from '../../decision/round-step';
import { ownRoundOf, startStep } from '../../decision/start-step';

/** The product's own decisions, which the exploration asks; one that breaks it on purpose wraps some of them. */
export const DECISIONS = {
  startStep,
  ownRoundOf,
  roundStep,
  proofOf,
  patienceWith,
  tick,
  ownershipOf,
  hasVersions,
  wasUndone,
  baseOfAdopted,
  postPermission,
  whyNotPosted,
  finishPermission,
  rollbackPermission,
  settlePermission,
  deactivatePermission,
  meaningOf,
};

export type Decisions = typeof DECISIONS;
