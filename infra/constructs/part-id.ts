/** Id of a construct that each audit function has. That of the first one is the same however many there are. */
export function partId(id: string, index: number): string {
  return index === 0 ? id : `${id}${index + 1}`;
}
