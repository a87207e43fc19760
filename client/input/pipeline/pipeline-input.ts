import type { PipelineRequest } from '../../../decision/pipeline';

/** What a caller asks for a stack through many environments; all defaults are filled in. */
export type PipelineInput = Pick<PipelineRequest, 'name' | 'stack' | 'services' | 'stages'>;
