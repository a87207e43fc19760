import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Acknowledgement, Intervention, Progress } from './contract';
import { PROGRESS } from './contract';

export const progressQuery = defineQuery<Progress>(PROGRESS);

export const cancelSignal = defineSignal<[Intervention?]>('cancel');
export const retrySignal = defineSignal<[Intervention?]>('retry');
export const confirmSignal = defineSignal<[Intervention?]>('confirm');
export const rollbackSignal = defineSignal<[Intervention?]>('rollback');

export const cancelUpdate = defineUpdate<Acknowledgement, [Intervention?]>('cancel');
export const retryUpdate = defineUpdate<Acknowledgement, [Intervention?]>('retry');
export const confirmUpdate = defineUpdate<Acknowledgement, [Intervention?]>('confirm');
export const rollbackUpdate = defineUpdate<Acknowledgement, [Intervention?]>('rollback');
