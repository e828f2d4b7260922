internal import DurableActors
internal import Foundation
internal import FoundationNetworking
internal import Locks

/// The exchanges under way, to which Foundation's client tells what comes.
final class OutboundExchanges: NSObject, URLSessionDataDelegate, Sendable {
    private let exchanges = Mutex<[Int: OutboundExchange]>([:])

    func add(_ exchange: OutboundExchange) {
        exchanges.withLock { $0[exchange.task.taskIdentifier] = exchange }
    }

    private func find(_ task: URLSessionTask) -> OutboundExchange? {
        exchanges.withLock { $0[task.taskIdentifier] }
    }

    /// A redirect is an answer.
    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest,
        completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession,
        dataTask: URLSessionDataTask,
        didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        find(dataTask)?.began(response)
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        if !data.isEmpty { find(dataTask)?.received(Array(data)) }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let exchange = exchanges.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        exchange?.end(error.map { DurableObjectError.connectionLost($0.localizedDescription) })
    }
}
