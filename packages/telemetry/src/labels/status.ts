/** An HTTP status that RFC 9110 knows a class of; another number is no label. */
export function closedStatus(status: number | undefined): number | undefined {
  return status !== undefined && Number.isInteger(status) && status >= 100 && status <= 599
    ? status
    : undefined
}
