import { Document, Scalar, visit } from 'yaml'
import type { Rule, RuleFile, RuleGroup } from './rule-file.ts'

/** A rule file as YAML; the same file gives the same text. */
export function renderRules(file: RuleFile): string {
  const document = new Document({ groups: file.groups.map(plainGroup) })
  document.commentBefore = file.header.map((line) => ` ${line}`).join('\n')
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && node.value.includes('\n'))
        node.type = Scalar.BLOCK_LITERAL
    },
  })
  file.groups.forEach(({ comments }, index) => {
    const group = document.getIn(['groups', index], true)
    if (comments.length > 0 && isCommentable(group))
      group.commentBefore = comments.map((line) => ` ${line}`).join('\n')
  })
  return document.toString({ lineWidth: 0, singleQuote: true })
}

function plainGroup({ name, interval, rules }: RuleGroup): object {
  return { name, ...(interval === undefined ? {} : { interval }), rules: rules.map(plainRule) }
}

function plainRule(rule: Rule): object {
  return 'record' in rule
    ? { record: rule.record, expr: rule.expr, labels: rule.labels }
    : {
        alert: rule.alert,
        expr: rule.expr,
        ...(rule.for === undefined ? {} : { for: rule.for }),
        labels: rule.labels,
        annotations: rule.annotations,
      }
}

function isCommentable(node: unknown): node is { commentBefore?: string | null } {
  return typeof node === 'object' && node !== null
}
