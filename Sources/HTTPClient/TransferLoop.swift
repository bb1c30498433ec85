import CCurl
import Glibc
import HTTP
import Synchronization

/// The thread that drives all transfers of a client, and the mailbox through which tasks reach it.
final class TransferLoop: Sendable {
    private struct Mailbox {
        /// libcurl's multi handle. Other threads only ever wake it, which libcurl allows at any time; it is freed under
        /// this lock.
        var multi: UnsafeMutableRawPointer?
        var isStopping = false
        var lastID: Submission.ID = 0
        /// Requests that were begun and have no result yet.
        var pending: Set<Submission.ID> = []
        var arrivals: [Submission] = []
        var cancelled: Set<Submission.ID> = []
    }

    private let configuration: HTTPClient.Configuration
    private let mailbox = Mutex(Mailbox())

    init(configuration: HTTPClient.Configuration) {
        self.configuration = configuration
    }

    /// Announces a request, so that it can be cancelled before it is submitted.
    func reserve() -> Submission.ID {
        mailbox.withLock { mailbox in
            mailbox.lastID += 1
            mailbox.pending.insert(mailbox.lastID)
            return mailbox.lastID
        }
    }

    /// Hands a request to the thread, which is started if there is none.
    func submit(_ submission: Submission) {
        let failure: HTTPClientError? = mailbox.withLock { mailbox in
            if mailbox.multi == nil {
                guard let multi = start() else {
                    mailbox.pending.remove(submission.id)
                    mailbox.cancelled.remove(submission.id)
                    return .outOfResources
                }
                mailbox.multi = multi
            }
            mailbox.arrivals.append(submission)
            curl_multi_wakeup(mailbox.multi)
            return nil
        }
        if let failure { submission.continuation.resume(returning: .failure(failure)) }
    }

    func cancel(_ id: Submission.ID) {
        mailbox.withLock { mailbox in
            guard mailbox.pending.contains(id) else { return }
            mailbox.cancelled.insert(id)
            if let multi = mailbox.multi { curl_multi_wakeup(multi) }
        }
    }

    /// Cancels what is under way and ends the thread.
    func stop() {
        mailbox.withLock { mailbox in
            mailbox.isStopping = true
            if let multi = mailbox.multi { curl_multi_wakeup(multi) }
        }
    }

    /// The multi handle, driven by a new thread that holds on to this object until it ends.
    private func start() -> UnsafeMutableRawPointer? {
        guard Curl.isReady, let multi = curl_multi_init() else { return nil }
        curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.maximumIdleConnections)
        curl_multi_set_long(
            multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.maximumConnections)
        let driver = TransferDriver(loop: self, multi: multi, configuration: configuration)
        let context = Unmanaged.passRetained(driver)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { context in
                let driver = Unmanaged<TransferDriver>.fromOpaque(context!).takeRetainedValue()
                driver.run()
                return nil
            }, context.toOpaque())
        guard status == 0 else {
            context.release()
            curl_multi_cleanup(multi)
            return nil
        }
        pthread_detach(thread)
        return multi
    }
}

// What the thread does with the mailbox.
extension TransferLoop {
    struct Mail {
        var arrivals: [Submission]
        var cancelled: Set<Submission.ID>
        var isStopping: Bool
    }

    func collect() -> Mail {
        mailbox.withLock { mailbox in
            defer { mailbox.arrivals = [] }
            return Mail(
                arrivals: mailbox.arrivals, cancelled: mailbox.cancelled,
                isStopping: mailbox.isStopping)
        }
    }

    func forget(_ id: Submission.ID) {
        mailbox.withLock { mailbox in
            mailbox.pending.remove(id)
            mailbox.cancelled.remove(id)
        }
    }

    /// Frees the multi handle and gives back what came too late; a later request finds a new thread.
    func close(_ multi: UnsafeMutableRawPointer) -> [Submission] {
        mailbox.withLock { mailbox in
            curl_multi_cleanup(multi)
            mailbox.multi = nil
            defer { mailbox.arrivals = [] }
            return mailbox.arrivals
        }
    }
}

/// libcurl as a whole, set up once in a process.
private enum Curl {
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
