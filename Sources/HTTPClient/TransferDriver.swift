import CCurl
import Glibc
import HTTP

/// What runs on the client's thread; it lives on that thread alone.
final class TransferDriver {
    private let loop: TransferLoop
    private let multi: UnsafeMutableRawPointer
    private let configuration: HTTPClient.Configuration
    private var transfers: [Submission.ID: Transfer] = [:]

    init(
        loop: TransferLoop, multi: UnsafeMutableRawPointer, configuration: HTTPClient.Configuration
    ) {
        self.loop = loop
        self.multi = multi
        self.configuration = configuration
    }

    /// Works until the client is given up.
    func run() {
        prepareThread()
        while true {
            let mail = loop.collect()
            for submission in mail.arrivals { begin(submission) }
            for id in mail.cancelled { end(id, with: .failure(.cancelled)) }
            guard !mail.isStopping else { break }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            endFinished()
            // A wake-up that came since the mail was collected ends the wait at once.
            curl_multi_poll(multi, nil, 0, transfers.isEmpty ? Int32.max : 60_000, nil)
        }
        for id in Array(transfers.keys) { end(id, with: .failure(.cancelled)) }
        for submission in loop.close(multi) {
            refuse(submission, because: .cancelled)
        }
    }

    /// The thread takes no signal: the daemon's are for its event loop, and the SIGPIPE of a write to a closed TLS
    /// connection must not end the process.
    private func prepareThread() {
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_SETMASK, &signals, nil)
        curl_name_thread("http-client")
    }

    private func begin(_ submission: Submission) {
        do throws(HTTPClientError) {
            let transfer = try Transfer(submission, configuration: configuration)
            guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
                throw .outOfResources
            }
            transfers[submission.id] = transfer
        } catch {
            refuse(submission, because: error)
        }
    }

    private func refuse(_ submission: Submission, because error: HTTPClientError) {
        loop.forget(submission.id)
        submission.continuation.resume(returning: .failure(error))
    }

    private func endFinished() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE,
                let easy = message.pointee.easy_handle,
                let transfer = transfers.values.first(where: { $0.easy == easy })
            else { continue }
            end(transfer.id, with: transfer.result(of: message.pointee.data.result))
        }
    }

    private func end(_ id: Submission.ID, with result: Result<ClientResponse, HTTPClientError>) {
        guard let transfer = transfers.removeValue(forKey: id) else { return }
        curl_multi_remove_handle(multi, transfer.easy)
        loop.forget(id)
        transfer.continuation.resume(returning: result)
    }
}
