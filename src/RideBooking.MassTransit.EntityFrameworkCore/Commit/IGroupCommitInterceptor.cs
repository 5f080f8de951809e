using Microsoft.EntityFrameworkCore.Diagnostics;

namespace MassTransit.EntityFrameworkCoreIntegration;

/// <summary>
/// Marks an interceptor of <c>SaveChanges</c> as safe for group commit, where one call saves the work of several messages.
/// </summary>
/// <remarks>
/// The context then belongs to a scope without a message, so the interceptor must depend neither on the scope nor on ambient
/// state. A context with any other interceptor of <c>SaveChanges</c> is not written in groups.
/// </remarks>
public interface IGroupCommitInterceptor : IInterceptor;
