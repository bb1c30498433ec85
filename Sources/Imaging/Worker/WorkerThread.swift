import Glibc

/// Something to ask a worker, and whom to tell.
struct WorkerJob: Sendable {
    let packet: [UInt8]
    /// Stays open until `completion` is called.
    let descriptor: Int32
    let milliseconds: Int32
    let completion: @Sendable (Result<[UInt8], ImageError>) -> Void
}

/// A thread that owns one worker process at a time and replaces it when it dies or has done enough.
struct WorkerThread {
    let executable: String
    let arguments: [String]
    let picturesPerWorker: Int
    /// Nil keeps a worker ready all the time; else it is started when needed and stopped when idle.
    let idleSeconds: Int?
    let queue: BlockingQueue<WorkerJob>
    let report: @Sendable (WorkerEvent) -> Void

    /// Starts the thread; it ends when the queue is closed and empty.
    func start() -> pthread_t? {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, 512 << 10)
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(self))
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().thread.run()
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            return nil
        }
        return thread
    }

    private final class Box {
        let thread: WorkerThread

        init(_ thread: WorkerThread) {
            self.thread = thread
        }
    }

    private func run() {
        var worker: WorkerProcess?
        var pictures = 0
        while true {
            if worker == nil, idleSeconds == nil { worker = try? spawn() }
            switch queue.pop(timeoutSeconds: worker == nil ? nil : idleSeconds) {
            case .closed: return
            case .timeout: worker = nil
            case .element(let job):
                serve(job, &worker)
                pictures = worker == nil || pictures + 1 >= picturesPerWorker ? 0 : pictures + 1
                if pictures == 0 { worker = nil }
            }
        }
    }

    private func serve(_ job: WorkerJob, _ worker: inout WorkerProcess?) {
        do throws(ImageError) {
            var answer = try ask(job, &worker)
            if case .failure(let death) = answer, death.isBlameless {
                report(.died(death.reason))
                answer = try ask(job, &worker)
            }
            switch answer {
            case .success(let result): job.completion(result)
            case .failure(let death):
                report(.died(death.reason))
                job.completion(.failure(.decoderDied(death.reason)))
            }
        } catch {
            report(.notStarted("\(error)"))
            job.completion(.failure(error))
        }
    }

    private func ask(
        _ job: WorkerJob, _ worker: inout WorkerProcess?
    ) throws(ImageError) -> Result<Result<[UInt8], ImageError>, WorkerProcess.Death> {
        let current: WorkerProcess
        if let worker { current = worker } else { current = try spawn() }
        let answer = current.exchange(job.packet, job.descriptor, milliseconds: job.milliseconds)
        if case .success = answer { worker = current } else { worker = nil }
        return answer
    }

    private func spawn() throws(ImageError) -> WorkerProcess {
        try WorkerProcess(executable: executable, arguments: arguments)
    }
}
