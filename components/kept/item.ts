/** A variable of the command, which the state has in the open. */
export const ITEM = 'PADLOCK_KEPT'
