/** What expressions of a workflow can ask for, such as `github.run_id`. */
export interface ExpressionContext {
  readonly [name: string]: string | ExpressionContext;
}

/** A text with its `${{ … }}` filled in. */
export function filled(text: string, context: ExpressionContext): string {
  return text.replace(/\$\{\{\s*(.+?)\s*\}\}/g, (_, expression: string) => lookedUp(expression, context));
}

/** Whether a step with this condition runs; without one, it runs while nothing has failed. */
export function isMet(
  condition: string | undefined,
  hasFailed: boolean,
  context: ExpressionContext,
): boolean {
  if (condition === undefined) return !hasFailed;
  const terms = condition.split('&&').map((term) => term.trim());
  const asksForFailures = terms.some((term) => /^(always|failure|success|cancelled)\(\)$/.test(term));
  if (hasFailed && !asksForFailures) return false;
  return terms.every((term) => {
    if (term === 'always()') return true;
    if (term === 'success()') return !hasFailed;
    const [, left = '', operator, right] = /^(\S+) (==|!=) '(.*)'$/.exec(term) ?? [];
    if (operator === undefined) throw new Error(`the condition ${term} is not known here`);
    return (lookedUp(left, context) === right) === (operator === '==');
  });
}

/** What is not there is empty, as on GitHub. */
function lookedUp(path: string, context: ExpressionContext): string {
  let value: string | ExpressionContext | undefined = context;
  for (const name of path.split('.')) value = typeof value === 'object' ? value[name] : undefined;
  if (typeof value === 'object') throw new Error(`${path} is no value`);
  return value ?? '';
}
