/// Why a database could not be opened, with a sentence for the person who starts the program.
package enum DatabaseError: Error, Sendable, Equatable {
    /// A later version of the program has already changed the file.
    case databaseIsNewer(found: Int, known: Int)
    /// The file has tables of somebody else.
    case belongsToAnotherProgram(applicationID: Int)
    case notADatabase(path: String)
    case readOnly(path: String)
    case diskFull(path: String)
    /// Another process uses the file.
    case locked(path: String)
    case migrationFailed(version: Int, name: String, SQLiteError)
    /// Anything else that SQLite or the system says.
    case cannotOpen(path: String, SQLiteError)

    init(_ error: SQLiteError, path: String) {
        self =
            if error.isFull {
                .diskFull(path: path)
            } else if error.isReadOnly {
                .readOnly(path: path)
            } else if error.isCorrupt {
                .notADatabase(path: path)
            } else if error.isBusy {
                .locked(path: path)
            } else {
                .cannotOpen(path: path, error)
            }
    }
}

extension DatabaseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .databaseIsNewer(let found, let known):
            "The database has version \(found), this program knows versions up to \(known). "
                + "Use the program that wrote it, or a later one."
        case .belongsToAnotherProgram(let id):
            "The database belongs to another program (application id \(id)). Name another file."
        case .notADatabase(let path):
            "\(path) is no SQLite database or is damaged. Restore it from a backup."
        case .readOnly(let path):
            "\(path) or its folder cannot be written. Give this user the right to write both."
        case .diskFull(let path):
            "There is no space left on the disk of \(path). Free some and start again."
        case .locked(let path):
            "\(path) is in use by another process. Stop that one first."
        case .migrationFailed(let version, let name, let error):
            "The database could not be brought to version \(version) (\(name)): \(error)"
        case .cannotOpen(let path, let error):
            "\(path) cannot be opened: \(error)"
        }
    }
}
