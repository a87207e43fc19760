/** Temporal does not have, or does not accept, the search attributes that Drover's workflows set; nothing was started. */
export class SearchAttributesError extends Error {
  override name = 'SearchAttributesError' as const;
}
