using Microsoft.EntityFrameworkCore.Diagnostics;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Marks an interceptor of <c>SaveChanges</c> that means the same where one call saves the work of several messages, on a
/// context of a scope that has none of them: it asks neither the scope nor the ambient state who is at work. A context with
/// another interceptor of <c>SaveChanges</c> is not written in groups.
/// </summary>
public interface IGroupCommitInterceptor : IInterceptor;
