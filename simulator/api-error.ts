/** An error reply of the simulated API, in the shape that Rancher gives it. */
export class ApiError extends Error {
  override name = 'ApiError' as const;

  constructor(
    readonly status: number,
    readonly code: string,
    readonly details: { fieldName?: string; message?: string } = {},
  ) {
    super(code);
  }

  /** @param id a fresh UUID: Rancher numbers every error reply. */
  body(id: string): Record<string, unknown> {
    return {
      id,
      type: 'error',
      links: {},
      actions: {},
      status: this.status,
      code: this.code,
      message: this.details.message ?? null,
      detail: null,
      ...(this.details.fieldName === undefined ? {} : { fieldName: this.details.fieldName }),
      baseType: 'error',
    };
  }
}

export const notFound = (): ApiError => new ApiError(404, 'Not Found', { message: 'Not Found' });
export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized', { message: 'Unauthorized' });
export const forbidden = (): ApiError => new ApiError(403, 'Forbidden', { message: 'Forbidden' });
export const invalidBody = (): ApiError => new ApiError(400, 'InvalidBodyContent', { message: 'InvalidBodyContent' });
export const invalidAction = (): ApiError => new ApiError(422, 'InvalidAction', { fieldName: 'action' });
export const actionNotAvailable = (): ApiError => new ApiError(422, 'ActionNotAvailable', { fieldName: 'action' });
export const methodNotAllowed = (): ApiError =>
  new ApiError(405, 'Method Not Allowed', { message: 'Method Not Allowed' });

/** A 422 that names a field (or, as Rancher sometimes does, puts its sentence there). */
export const invalid = (code: string, fieldName: string): ApiError => new ApiError(422, code, { fieldName });
