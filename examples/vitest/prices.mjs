// The client under test: it knows nothing of Plimsoll.
export async function priceOf(base, id) {
  const response = await fetch(`${base}/prices/${encodeURIComponent(id)}`)
  if (response.status === 204) return undefined
  if (!response.ok) throw new Error(`no price of ${id}: ${response.status}`)
  return (await response.json()).price
}
