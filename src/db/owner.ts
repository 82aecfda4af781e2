/** Lets root work in an ordinary user's data folder without locking the user out of it. */
import { lchownSync, statSync } from "node:fs"
import { dirname } from "node:path"

/** Gives a file that root made to the owner of its folder; does nothing for anybody else. */
export function giveToFolderOwner(file: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(dirname(file))
  lchownSync(file, uid, gid)
}
